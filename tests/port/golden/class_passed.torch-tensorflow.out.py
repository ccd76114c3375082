import torch.nn as nn
import tensorflow as tf

# xlogits: nn.Softmax: it is passed on without being called, and who calls it cannot be seen from here; called, it is tf.nn.softmax(logits)
parts = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=-1))


def train(criterion, x, y):
    return criterion(x, y)


def loss(x, y):
    def criterion(input, target):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=input))
    return train(criterion, x, y)
