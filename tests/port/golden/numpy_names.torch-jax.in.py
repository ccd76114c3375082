import torch


def loss(x, y):
    p = torch.softmax(x, axis=1)
    q = x.log_softmax(axis=-1)
    total = torch.logsumexp(x=x, axis=1, keepdims=True)
    return (p * q).sum() + total.sum() + x.logsumexp(axis=0).sum()
