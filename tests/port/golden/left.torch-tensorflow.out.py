import torch.nn.functional as F


def loss(x, y, *args, reduction="mean"):
    # xlogits: torch.nn.functional.cross_entropy: torch.nn.functional.cross_entropy(reduction=reduction): what is written depends on its value; write it as a literal
    # xlogits: torch.nn.functional.softmax: its result goes into torch.nn.functional.cross_entropy, which is left
    a = F.cross_entropy(F.softmax(x, dim=-1), y, reduction=reduction)
    # xlogits: torch.nn.functional.cross_entropy: arguments behind * or ** cannot be seen
    b = F.cross_entropy(*args)
    # xlogits: F.gumbel_softmax: It adds random Gumbel noise to the logits, so two runs, and two frameworks, differ. Nearest: torch.nn.functional.softmax of logits with noise of your own
    c = F.gumbel_softmax(x)
    # xlogits: torch.nn.functional.softmax: it stands inside an f-string; give it a name first
    # xlogits: torch.nn.functional.cross_entropy: net(x) would be evaluated more than once; give it a name first
    return f"{F.softmax(x, dim=-1)}", [F.cross_entropy(net(x), y, label_smoothing=0.1) for net in args]
