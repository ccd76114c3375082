"""What frameworks say of reductions, weights and options, of gradients, and of numbers that overflow."""

from xlogits.concepts.record import Message

MESSAGES = (
    Message(
        concept="kl-divergence",
        says=(
            (
                "reduction: 'mean' divides the total loss by both the batch size and the support size. "
                "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            ),
        ),
        why="The default divides by the classes too. The divergence is reduction='batchmean', larger by "
        "the number of classes.",
        given="x, q = torch.zeros(2, 3).log_softmax(1), torch.full((2, 3), 1 / 3)",
        wrong="F.kl_div(x, q)",
        right="F.kl_div(x, q, reduction='batchmean')",
    ),
    Message(
        concept="reduction",
        says=(
            "size_average and reduce args will be deprecated, please use reduction='…' instead.",
        ),
        why="Two old arguments became one word: reduce=False is reduction='none', size_average=False "
        "is 'sum', and both true is 'mean'.",
        given="",
        wrong="nn.CrossEntropyLoss(size_average=False)",
        right="nn.CrossEntropyLoss(reduction='sum')",
    ),
    Message(
        concept="reduction",
        says=("grad can be implicitly created only for scalar outputs",),
        why="The losses were not reduced, and a gradient is of one number: take the mean or the sum "
        "before backward().",
        given="x, y = torch.zeros(2, 3, requires_grad=True), torch.tensor([0, 2])",
        wrong="F.cross_entropy(x, y, reduction='none').backward()",
        right="F.cross_entropy(x, y, reduction='none').mean().backward()",
    ),
    Message(
        concept="reduction",
        says=("Gradient only defined for scalar-output functions. Output had shape: …",),
        why="optax gives one loss an item, and a gradient is of one number: take the mean inside the "
        "function that is differentiated.",
        given="x, y = jnp.zeros((2, 3)), jnp.array([0, 2]); "
        "loss = optax.softmax_cross_entropy_with_integer_labels",
        wrong="jax.grad(lambda x: loss(x, y))(x)",
        right="jax.grad(lambda x: loss(x, y).mean())(x)",
    ),
    Message(
        concept="class-weights",
        says=(
            (
                "weight tensor should be defined either for all … classes or no classes but got weight "
                "tensor of shape: …"
            ),
        ),
        why="weight has one number for each class, in the order of the classes, also for those that "
        "do not occur in the batch; a weight for each item goes over the unreduced losses.",
        given="x, y = torch.zeros(2, 3), torch.tensor([0, 2])",
        wrong="F.cross_entropy(x, y, weight=torch.tensor([1.0, 2.0]))",
        right="F.cross_entropy(x, y, weight=torch.tensor([1.0, 1.0, 2.0]))",
    ),
    Message(
        concept="class-weights",
        says=("expected scalar type Float but found Double",),
        why="The weights, or the logits, are float64, as NumPy makes them, and the other is float32. "
        "Cast what came from NumPy with .float().",
        given="x, y = torch.zeros(2, 3), torch.tensor([0, 2]); w = torch.from_numpy(np.ones(3))",
        wrong="F.cross_entropy(x, y, weight=w)",
        right="F.cross_entropy(x, y, weight=w.float())",
    ),
    Message(
        concept="pos_weight",
        says=(
            "cannot assign 'float' object to buffer 'pos_weight' (torch Tensor or None required)",
            "argument 'pos_weight' (position …) must be Tensor, not …",
        ),
        why="PyTorch wants a tensor: one number for all events, or one for each.",
        given="x, z = torch.zeros(2), torch.tensor([1.0, 0.0])",
        wrong="nn.BCEWithLogitsLoss(pos_weight=5.0)(x, z)",
        right="nn.BCEWithLogitsLoss(pos_weight=torch.tensor(5.0))(x, z)",
    ),
    Message(
        concept="ignore_index",
        says=("ignore_index is not supported for floating point target",),
        why="Rows of probabilities have no index that could be ignored; a negative ignore_index is "
        "let pass. Leave such rows out by a mask, or use class indexes.",
        given="x, q = torch.zeros(2, 3), torch.eye(3)[[0, 2]]",
        wrong="F.cross_entropy(x, q, ignore_index=0)",
        right="F.cross_entropy(x, q.argmax(1), ignore_index=0)",
    ),
    Message(
        concept="label-smoothing",
        says=("label_smoothing must be between 0.0 and 1.0. Got: …",),
        why="It is the share of the label that is spread over all classes, 0.1 for a tenth.",
        given="x, y = torch.zeros(2, 3), torch.tensor([0, 2])",
        wrong="F.cross_entropy(x, y, label_smoothing=10)",
        right="F.cross_entropy(x, y, label_smoothing=0.1)",
    ),
    Message(
        concept="loss-gradient",
        says=("element … of tensors does not require grad and does not have a grad_fn",),
        why="Nothing that the loss was computed of leads back to a weight: the prediction went through "
        "argmax, round, a comparison, .detach(), .item() or NumPy, which have no gradient.",
        given="x, y = torch.zeros(2, 3, requires_grad=True), torch.tensor([0, 2])",
        wrong="F.mse_loss(x.argmax(1).float(), y.float()).backward()",
        right="F.cross_entropy(x, y).backward()",
    ),
    Message(
        concept="stability",
        says=("overflow encountered in exp",),
        why="exp(x) is larger than its dtype can hold. A softmax by hand subtracts the largest logit "
        "before; a sigmoid by hand is better left to a library.",
        given="from scipy.special import softmax; x = np.array([1000.0, 0.0])",
        wrong="np.exp(x) / np.exp(x).sum()",
        right="softmax(x)",
    ),
    Message(
        concept="stability",
        says=("divide by zero encountered in log",),
        why="A probability was rounded to 0. Take the logarithm together with softmax, of logits.",
        given="from scipy.special import log_softmax, softmax; x = np.array([1000.0, 0.0])",
        wrong="np.log(softmax(x))",
        right="log_softmax(x)",
    ),
    Message(
        concept="stability",
        says=("invalid value encountered in …",),
        why="It is 0 times infinity, or infinity divided by or less infinity, after an exp that "
        "overflowed or a logarithm of 0.",
        given="from scipy.special import rel_entr; q, p = np.array([1.0, 0.0]), np.array([1.0, 0.0])",
        wrong="np.sum(q * np.log(q / p))",
        right="np.sum(rel_entr(q, p))",
    ),
    Message(
        concept="stability",
        says=("math domain error", "expected a positive input, got …"),
        why="The logarithm of 0, or of a negative number that is no probability. Compute the loss of "
        "logits, in which no probability is formed.",
        given="import math; x = [800.0, 0.0]; p = 1 / (1 + math.exp(x[1] - x[0]))",
        wrong="-math.log(1 - p)",
        right="x[0] - x[1] + math.log1p(math.exp(x[1] - x[0]))",
    ),
    Message(
        concept="stability",
        says=("math range error",),
        why="exp(x) is larger than a float can hold: subtract the largest logit before.",
        given="import math; x = [800.0, 799.0]",
        wrong="math.exp(x[0]) / sum(math.exp(v) for v in x)",
        right="1 / sum(math.exp(v - x[0]) for v in x)",
    ),
    Message(
        concept="stability",
        says=("Function '…' returned nan values in its … output.",),
        why="The gradient of the named function is nan: usually 0 times infinity, of a logarithm of 0 "
        "or a row of -inf, also where the value was masked out after. Mask the logits before the loss, "
        "with a large negative number, and use the loss of logits.",
        given="x = torch.tensor([0.0, -200.0], requires_grad=True); p = x.softmax(0)",
        wrong="with torch.autograd.detect_anomaly(): (p * p.log()).sum().backward()",
        right="with torch.autograd.detect_anomaly(): (p * x.log_softmax(0)).sum().backward()",
    ),
)
