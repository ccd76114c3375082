# Made by `python -m xlogits.dialects.stubs` from the catalogue; do not edit.
from . import jax as jax
from . import keras as keras
from . import optax as optax
from . import scipy as scipy
from . import sklearn as sklearn
from . import tensorflow as tensorflow
from . import torch as torch
from . import torchvision as torchvision
