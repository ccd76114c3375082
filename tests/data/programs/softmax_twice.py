"""Training a network that ends in softmax with PyTorch's loss, which has one inside."""

import numpy as np
import torch
import torch.nn as nn


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


def trained(last):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 3), last)
    optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
    for _ in range(300):
        optimizer.zero_grad()
        criterion(model(points), labels).backward()
        optimizer.step()
    with torch.no_grad():
        outputs = model(points)
        right = (outputs.argmax(dim=1) == labels).float().mean()
        return right, criterion(outputs, labels)


points = torch.tensor([[1.0, 0.2, 0.0], [0.1, 0.9, 0.2], [0.0, 0.3, 0.8]])
labels = torch.tensor([0, 1, 2])
criterion = nn.CrossEntropyLoss()

show("logits", trained(nn.Identity()))
show("softmax", trained(nn.Softmax(dim=1)))
