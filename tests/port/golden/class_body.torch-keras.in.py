import torch.nn as nn


class Trainer:
    criterion = nn.CrossEntropyLoss()
    error = nn.MSELoss()

    def loss(self, x, y):
        return self.criterion(x, y) + self.error(x, x + 1)


class Other:
    sums = None

    @classmethod
    def prepare(cls):
        cls.sums = nn.L1Loss(reduction="sum")

    def loss(self, x):
        return self.sums(x, 2 * x)


class given:
    pass


given.distance = nn.SmoothL1Loss()


def loss(x, y):
    Other.prepare()
    return Trainer().loss(x, y) + Other().loss(x) + given().distance(x, 3 * x)
