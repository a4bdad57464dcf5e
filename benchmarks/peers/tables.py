"""The results as Markdown."""

CAPTIONS = {
    "formalized": "formalization, mean of the horizons",
    "formalized_12": "formalization within 12 months",
    "states": "four states",
    "collapsed": "collapse",
    "faded": "fading",
}
OURS = "ladder"


def markdown(table):
    """Skill by design and score, calibration, and times, one table each."""
    parts = []
    for (design, score), rows in table.groupby(["design", "score"], sort=False):
        counts = f"{int(rows['n'].iloc[0])} forecasts, {int(rows['n_groups'].iloc[0])} components"
        parts.append(f"### `{design}`, {CAPTIONS[score]} ({counts})\n\n{_skill(rows)}")
    parts.append(f"### Observed over expected endings within 60 months\n\n{_calibration(table)}")
    parts.append(f"### Cost, one thread\n\n{_cost(table)}")
    return "\n\n".join(parts) + "\n"


def _skill(rows):
    lines = [["model", "Brier", "skill over base rate", f"{OURS} minus this"]]
    for _, row in rows.sort_values("brier").iterrows():
        names = ("skill_over_base_rate", "ladder_minus")
        lines.append([_name(row["model"]), f"{row['brier']:.4f}", *(_interval(row, name) for name in names)])
    return _grid(lines)


def _calibration(table):
    places = [(design, score) for design in table["design"].unique() for score in ("formalized", "collapsed", "faded")]
    ratio = table.set_index(["model", "design", "score"])["ratio_60"]
    lines = [["model", *(f"{score}, {design}" for design, score in places)]]
    for model in table["model"].unique():
        values = [ratio.loc[(model, *place)] for place in places]
        lines.append([_name(model), *("none" if value != value else f"{value:.2f}" for value in values)])
    return _grid(lines)


def _cost(table):
    timed = table[(table["score"] == "states") & table["fit_seconds"].notna()]
    lines = [["model", "CPU s per fit, cluster", "rolling", "CPU s of forecasts, cluster", "peak MB"]]
    for model, rows in timed.groupby("model", sort=False):
        by = rows.set_index("design")
        fits = [f"{by.loc[design, 'fit_seconds']:.3f}" for design in ("cluster", "rolling")]
        forecast = f"{by.loc['cluster', 'forecast_seconds']:.3f}"
        lines.append([_name(model), *fits, forecast, f"{rows['peak_mb'].max():.0f}"])
    return _grid(lines)


def _name(model):
    return f"**`{model}`**" if model == OURS else f"`{model}`"


def _interval(row, name):
    value, lower, upper = row[name], row[f"{name}_lower"], row[f"{name}_upper"]
    return f"{value:.3f} [{lower:.3f}, {upper:.3f}]"


def _grid(lines):
    head, *body = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *body])
