import torch.nn.functional as F

from labels import to_categorical


def one_hot(y, classes):
    return 0.9 * F.one_hot(y, classes) + 0.1 / classes


def loss(x, y):
    return F.cross_entropy(x, one_hot(y, 3)) + F.cross_entropy(x, to_categorical(y, 3))
