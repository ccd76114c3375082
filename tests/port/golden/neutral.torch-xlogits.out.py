import torch
import torch.nn.functional as F
import xlogits as xl


def loss(x, y):
    a = xl.softmax_cross_entropy(x, y, ignore_index=1, reduction='mean_over_valid')
    return a + xl.softmax_cross_entropy(x, y, reduction='mean') + xl.dialects.torch.nn.functional.mse_loss(x, x * 2) + xl.softmax(x, axis=1)[0, 0]
