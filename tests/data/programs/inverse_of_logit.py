"""The logit of a probability and the way back: the sigmoid is its inverse, softmax is not."""

import numpy as np
from scipy.special import expit, logit, softmax


def show(name, values):
    print(name, *(f"{value:.6f}" for value in np.ravel(values)))


probabilities = np.array([0.1, 0.5, 0.9])
log_odds = logit(probabilities)

show("logit", log_odds)
show("sigmoid of it", expit(log_odds))
show("softmax of it", softmax(log_odds))
show("softmax, shifted", softmax(log_odds + 10.0))
