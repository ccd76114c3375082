"""What a logit is, and everything around it, as records: one module for each family."""

from xlogits.concepts import functions, interfaces, logarithms, losses, odds, scores, weighting
from xlogits.concepts.record import Concept

CONCEPTS: dict[str, Concept] = {
    concept.id: concept
    for family in (scores, odds, functions, logarithms, losses, interfaces, weighting)
    for concept in family.CONCEPTS
}

__all__ = ["CONCEPTS", "Concept"]
