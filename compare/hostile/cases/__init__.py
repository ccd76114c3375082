"""The table: every group of hostile calls."""

from compare.hostile.case import Case
from compare.hostile.cases import containers, dialects, dtypes, labels, options, shapes, values

GROUPS: dict[str, list[Case]] = {
    "shapes": list(shapes.cases()),
    "dtypes": list(dtypes.cases()),
    "labels": list(labels.cases()),
    "values": list(values.cases()),
    "options": list(options.cases()),
    "containers": list(containers.cases()),
    "dialects": list(dialects.cases()),
}
CASES = [case for group in GROUPS.values() for case in group]
