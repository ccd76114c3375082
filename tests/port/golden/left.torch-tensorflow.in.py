import torch.nn.functional as F


def loss(x, y, *args, reduction="mean"):
    a = F.cross_entropy(F.softmax(x, dim=-1), y, reduction=reduction)
    b = F.cross_entropy(*args)
    c = F.gumbel_softmax(x)
    return f"{F.softmax(x, dim=-1)}", [F.cross_entropy(net(x), y, label_smoothing=0.1) for net in args]
