"""PyTorch's loss of classes takes un-activated outputs; of a softmax it takes the softmax once more."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


outputs = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0]])
labels = torch.tensor([0, 2])
activated = F.softmax(outputs, dim=1)

show("outputs", nn.CrossEntropyLoss()(outputs, labels))
show("activated", nn.CrossEntropyLoss()(activated, labels))
