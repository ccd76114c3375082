import torch


def loss(x, y):
    return x.softmax(dim=-1)[0, 0] + (x * 2).sigmoid()[0, 1] - x.mean()
