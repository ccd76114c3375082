import torch.nn as nn
import torch.nn.functional as F

criterion = nn.CrossEntropyLoss()


def loss(x, y):
    return criterion(x, F.one_hot(y, 3).float())
