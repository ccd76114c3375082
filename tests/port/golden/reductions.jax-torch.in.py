import jax
import jax.numpy as jnp
import optax


def loss(x, y):
    a = optax.softmax_cross_entropy_with_integer_labels(x, y).mean()
    b = jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits=x, labels=y))
    return a + b + jnp.sum(jax.nn.softmax(x, axis=-1), axis=0)[0]
