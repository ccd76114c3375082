"""What a logit is, and everything around it, as records: one module for each family."""

from xlogits.concepts import (
    functions,
    information,
    interfaces,
    labels,
    logarithms,
    losses,
    means,
    odds,
    scores,
    symptoms,
    temperature,
    training,
    variants,
    weighting,
)
from xlogits.concepts.record import Concept

CONCEPTS: dict[str, Concept] = {
    concept.id: concept
    for family in (
        *(scores, odds, functions, logarithms, losses, interfaces),
        *(weighting, means, variants, temperature, information, symptoms, labels, training),
    )
    for concept in family.CONCEPTS
}

__all__ = ["CONCEPTS", "Concept"]
