import torch.nn as nn

criterion = nn.CrossEntropyLoss(reduction="sum")  # the sum


class Step:
    def __init__(self):
        self.sigmoid = nn.Sigmoid()
        self.criterion = nn.MSELoss()

    def __call__(self, x):
        return self.criterion(self.sigmoid(x), x)


def loss(x, y):
    return criterion(x, y) + Step()(x)
