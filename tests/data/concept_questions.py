"""Questions as people type them, each with the concept that has to open first; and words not ours.

Collected from public questions before an answer was written: titles of issues and of threads, and what
is typed into a search box, shortened. `seen` is a place where it, or nearly it, is asked.
"""

from typing import NamedTuple


class Question(NamedTuple):
    """What is typed, the id of the concept that answers it, and where the like of it is asked."""

    text: str
    concept: str
    seen: str = ""


QUESTIONS = (
    Question(
        "what is the meaning of the word logits in TensorFlow",
        "logits",
        "stackoverflow.com/questions/41455101",
    ),
    Question("logits vs probabilities", "logits", "datasatanism.com/category/deep-learning"),
    Question(
        "why does tensorflow call the input of softmax logits",
        "logits",
        "exchangetuts.com/why-does-tensorflows-documentation-call-a-softmaxs-input-logits",
    ),
    Question(
        "unnormalized log probabilities",
        "logits",
        "community.deeplearning.ai/t/why-unnormalized-log-probabilities/112080",
    ),
    Question("convert logit to probability", "logit", "stackoverflow.com/questions/41384075"),
    Question("where does the word logit come from", "logit-history", "sciref.net/o48390.html"),
    Question("probit vs logit", "logit-history", "statisticalmiscellany.blogspot.com/2020/07"),
    Question(
        "how to interpret log odds in logistic regression",
        "log-odds",
        "sociology.ohio-state.edu/people/ptv/faq/odds_ratios.htm",
    ),
    Question("difference between odds and probability", "odds"),
    Question(
        "logits vs log_softmax", "log-softmax", "discuss.pytorch.org/t/logits-vs-log-softmax/95979"
    ),
    Question("what is the inverse of softmax", "inverse-of-softmax", "discourse.pymc.io/t/16995"),
    Question(
        "softmax vs sigmoid",
        "softmax-vs-sigmoid",
        "kyosukefukumoto.com/145-multi-class-vs-multi-label-softmax-vs-sigmoid",
    ),
    Question(
        "sigmoid or softmax for multi label classification",
        "softmax-vs-sigmoid",
        "errorhandle.ai/is-cross-entropy-with-softmax-proper-for-multi-label-classification",
    ),
    Question("is the logistic function the same as sigmoid", "sigmoid"),
    Question("log sum exp trick", "logsumexp", "mwolf.dev/general/log-sum-exp-trick"),
    Question(
        "do I need softmax to get the argmax prediction",
        "argmax-invariance",
        "ai.stackexchange.com/revisions/27698",
    ),
    Question(
        "do I need softmax before CrossEntropyLoss",
        "softmax-twice",
        "codegenes.net/blog/crossentropyloss-pytorch-should-i-use-softmax-in-model",
    ),
    Question("why does CrossEntropyLoss not need softmax", "softmax-twice"),
    Question("CE loss", "cross-entropy"),
    Question(
        "NLLLoss vs CrossEntropyLoss",
        "nll",
        "jamesmccaffreyblog.com/2020/06/11/pytorch-crossentropyloss-vs-nllloss",
    ),
    Question("binary cross entropy formula", "bce"),
    Question("BCE", "bce", "github.com/HLR/DomiKnowS/issues/356"),
    Question(
        "why is bce loss negative", "negative-loss", "github.com/keras-team/keras/issues/13926"
    ),
    Question(
        "CrossEntropyLoss is negative", "negative-loss", "github.com/pytorch/pytorch/issues/2866"
    ),
    Question(
        "difference between cross entropy and KL divergence",
        "kl-divergence",
        "stats.stackexchange.com, difference between cross-entropy and KL divergence",
    ),
    Question(
        "KLDivLoss batchmean vs mean", "kl-divergence", "github.com/pytorch/pytorch/issues/2259"
    ),
    Question(
        "how to compute perplexity from cross entropy",
        "perplexity",
        "github.com/axolotl-ai-cloud/axolotl/pull/269",
    ),
    Question("what is entropy of a distribution", "entropy"),
    Question(
        "BCELoss vs BCEWithLogitsLoss", "with_logits", "github.com/pytorch/pytorch/issues/39435"
    ),
    Question(
        "what is from_logits=True in keras",
        "from_logits",
        "stackabuse.com/what-is-fromlogitstrue-in-keras-tensorflow-loss-functions",
    ),
    Question(
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        "from_logits",
        "github.com/mmalekzadeh/dana/issues/1",
    ),
    Question(
        "sparse_categorical_crossentropy vs categorical_crossentropy",
        "sparse",
        "github.com/tensorflow/tensorflow/issues/49379",
    ),
    Question(
        "do labels need to be one hot encoded",
        "sparse",
        "github.com/carpentries-lab/deep-learning-intro/issues/292",
    ),
    Question(
        "CrossEntropyLoss class dimension N C H W",
        "class-axis",
        "github.com/pytorch/pytorch/issues/3947",
    ),
    Question(
        "how to set class weights for imbalanced classes",
        "class-weights",
        "github.com/bermanmaxim/LovaszSoftmax/issues/11",
    ),
    Question(
        "pos_weight vs weight in BCEWithLogitsLoss",
        "pos_weight",
        "github.com/pytorch/pytorch/issues/59862",
    ),
    Question(
        "is the loss averaged over ignore_index",
        "ignore_index",
        "github.com/pytorch/pytorch/issues/30984",
    ),
    Question(
        "what does reduction='mean' do", "reduction", "abdumhmd.github.io/posts/loss-reduction"
    ),
    Question(
        "gradient accumulation loss different from full batch",
        "mean-of-means",
        "github.com/huggingface/transformers/issues/24725",
    ),
    Question(
        "label smoothing loss does not go to zero",
        "label-smoothing",
        "github.com/pytorch/pytorch/issues/130342",
    ),
    Question(
        "why multiply by T squared in knowledge distillation",
        "distillation",
        "github.com/huggingface/transformers/issues/12299",
    ),
    Question("softmax with temperature", "temperature", "github.com/keras-team/keras/issues/3092"),
    Question(
        "softmax overflow nan",
        "stability",
        "lynx-cortex.pages.dev/phase-02-numerical-representation/theory/02-softmax-stability",
    ),
    Question(
        "focal loss alpha and gamma", "focal", "github.com/Jingtao-Li-CVer/HyperFree/issues/32"
    ),
    Question(
        "initial loss should be log of number of classes",
        "first-loss",
        "stats.stackexchange.com/questions/606359",
    ),
)

FOREIGN = (
    *("learning rate", "dropout", "banana", "Adam", "F.conv2d", "attention", "batch norm"),
    *("ReLU", "LSTM", "transformer", "gradient descent", "overfitting", "optimizer", "tokenizer"),
    *("weight decay", "max pooling", "embedding layer", "momentum", "layer normalization"),
    *("accuracy", "confusion matrix", "DataLoader", "cuda out of memory", "early stopping"),
    *("random forest", "nn.Linear", "k-means", "how to train a GAN", "tf.data.Dataset", "epoch"),
)
