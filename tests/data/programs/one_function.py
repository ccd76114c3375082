"""PyTorch's one loss of classes: of un-activated outputs, for class indexes and for one-hot rows."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


outputs = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]])
labels = torch.tensor([0, 2])
rows = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

criterion = nn.CrossEntropyLoss()
show("indexes", criterion(outputs, labels))
show("rows", F.cross_entropy(outputs, rows))
show("by hand", F.nll_loss(F.log_softmax(outputs, dim=1), labels))
