import torch.nn as nn

parts = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=-1))


def train(criterion, x, y):
    return criterion(x, y)


def loss(x, y):
    criterion = nn.CrossEntropyLoss()
    return train(criterion, x, y)
