"""The calls that everybody makes, without the general path around the kernel; one module a framework.

A loss by its formula asks many questions before it computes: which form, which labels, which axis. For
logits of the usual dtypes, classes on the last axis, no weights and no options the answers are known,
and the functions here go straight to the kernel. Whatever is unusual they leave alone: they return None,
and the general path computes it or says what is wrong.
"""
