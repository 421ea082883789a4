"""A frequency in French (fréquence en toutes lettres), as pages and exports print it."""

from datetime import time

from presence.kernel.formats import count
from presence.kernel.nomenclature import FrequencyPeriod, StopOrder
from presence.planning.frequency import Frequency
from presence.planning.hours import WEEKDAYS

_HARD = "\u00a0"


def frequency_words(frequency: Frequency) -> str:
    """« 2 soirs par semaine, le vendredi et le samedi, de 20 h à 22 h »."""
    parts = [f"{count(frequency.times, 'soir')} {frequency.per.label}"]
    if frequency.weekdays:
        parts.append(_listed([f"le {WEEKDAYS[day - 1]}" for day in sorted(frequency.weekdays)]))
    if frequency.from_time is not None and frequency.to_time is not None:
        parts.append(f"de {_hour(frequency.from_time)} à {_hour(frequency.to_time)}")
    if frequency.min_gap_days > 1:
        parts.append(f"à {count(frequency.min_gap_days, 'jour')} d'écart au moins")
    if frequency.pattern is StopOrder.RANDOM:
        parts.append("au hasard")
    return ", ".join(parts)


def per_week(frequency: Frequency) -> int | None:
    """The evenings a week, None for a frequency by month."""
    return frequency.times if frequency.per is FrequencyPeriod.WEEK else None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"


def _hour(hour: time) -> str:
    minutes = f"{_HARD}{hour:%M}" if hour.minute else ""
    return f"{hour.hour}{_HARD}h{minutes}"
