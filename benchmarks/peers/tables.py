"""The results as Markdown."""

from forecasting.record.vocabulary import CAUSES

CAPTIONS = {"case": "one unit of weight per case, as registered", "forecast": "equal weight for every forecast"}


def markdown(table):
    """Skill by design and weight, calibration by design, and times, one table each."""
    parts = []
    for (design, weight), rows in table.groupby(["design", "weight"], sort=False):
        counts = f"{int(rows['n'].iloc[0])} forecasts, {int(rows['n_groups'].iloc[0])} components"
        parts.append(f"### `{design}`, {CAPTIONS[weight]} ({counts})\n\n{_skill(rows)}")
    equal = table[table["weight"] == "forecast"]
    for design, rows in equal.groupby("design", sort=False):
        parts.append(f"### Calibration at 60 months, `{design}`, {CAPTIONS['forecast']}\n\n{_calibration(rows)}")
    parts.append(f"### Cost, one thread\n\n{_cost(equal)}")
    return "\n\n".join(parts) + "\n"


def _skill(rows):
    lines = [["model", "Brier", "skill over base rate", "over base rate by type", "primary minus this"]]
    for _, row in rows.sort_values("brier").iterrows():
        names = ("skill_over_base_rate", "skill_over_type_base_rate", "primary_minus")
        lines.append([_name(row), f"{row['brier']:.4f}", *(_interval(row, name, 3) for name in names)])
    return _grid(lines)


def _calibration(rows):
    heads = [f"{cause}: {figure}" for figure in ("observed / expected", "slope") for cause in CAUSES]
    lines = [["model", *heads]]
    for _, row in rows.iterrows():
        names = [f"{figure}_{cause}" for figure in ("ratio", "slope") for cause in CAUSES]
        lines.append([_name(row), *(_interval(row, name, 2) for name in names)])
    return _grid(lines)


def _cost(equal):
    lines = [["model", "CPU s per fit, cluster", "rolling", "CPU s of forecasts, cluster", "peak MB"]]
    for model, rows in equal.groupby("model", sort=False):
        by = rows.set_index("design")
        fits = [f"{by.loc[design, 'fit_seconds']:.3f}" for design in ("cluster", "rolling")]
        forecast = f"{by.loc['cluster', 'forecast_seconds']:.3f}"
        lines.append([f"`{model}`", *fits, forecast, f"{rows['peak_mb'].max():.0f}"])
    return _grid(lines)


def _name(row):
    return f"**`{row['model']}`**" if row["model"] == "primary" else f"`{row['model']}`"


def _interval(row, name, digits):
    value, lower, upper = row[name], row[f"{name}_lower"], row[f"{name}_upper"]
    if value != value:
        return "none"
    return f"{value:.{digits}f}" + ("" if lower != lower else f" [{lower:.{digits}f}, {upper:.{digits}f}]")


def _grid(lines):
    head, *body = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *body])
