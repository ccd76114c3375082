import tensorflow as tf
import torch
import torch.nn.functional as F


def loss(x, y):
    each = F.cross_entropy(x, y.long(), reduction='none')
    cast = F.cross_entropy(x, y.long(), reduction='none')
    last = F.cross_entropy(x, y.long(), reduction='none')
    old = F.cross_entropy(x, y.long(), label_smoothing=0.1)
    return torch.mean(each) + torch.mean(cast) + torch.sum(last) + old
