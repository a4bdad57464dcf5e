"""Made-up rows in the formats of event files."""

import zipfile

from forecasting.streams.formats import FORMATS


def row(form, **cells):
    """A row of a format; columns are named with `_` for a space, those not named are empty."""
    columns = FORMATS[form].columns
    given = {name.replace("_", " ") if form in ("icews", "polecat") else name: value for name, value in cells.items()}
    assert set(given) <= set(columns)
    return "\t".join(str(given.get(name, "")) for name in columns)


def gdelt(number, day, source, target, act="036", added=None, form="gdelt1", **cells):
    said = {"GLOBALEVENTID": number, "SQLDATE": day, "DATEADDED": added or day, "EventCode": act, "NumSources": 2}
    said |= {"Actor1CountryCode": source, "Actor2CountryCode": target, "AvgTone": -1.5}
    return row(form, **said | cells)


def icews(number, day, source, target, act="036", **cells):
    said = {"Event_ID": number, "Event_Date": day, "Source_Country": source, "Target_Country": target}
    return row("icews", **said | {"CAMEO_Code": act, "Publisher": "Wire", "Story_ID": 7} | cells)


def polecat(number, day, source, target, act="AGREE", published=None, **cells):
    said = {"Event_ID": number, "Event_Date": day, "Publication_Date": published or day, "Event_Type": act}
    return row("polecat", **said | {"Actor_COW": source, "Recipient_COW": target, "Intensity": 2.5} | cells)


def write(path, form, rows, ending="\n"):
    """A file of a format, with its header if it has one; zipped if its name says so."""
    header = [FORMATS[form].header] if FORMATS[form].has_header else []
    content = ending.join([*header, *rows, ""]).encode()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.stem, content)
    else:
        path.write_bytes(content)
    return path


def daily_file(folder, day, n=1, first=1, **cells):
    """A file of one day of GDELT 1.0 with events between the USA and Russia."""
    number = f"{day:%Y%m%d}"
    rows = [gdelt(int(number) * 1000 + k, number, "USA", "RUS", **cells) for k in range(first, first + n)]
    return write(folder / f"{number}.export.CSV.zip", "gdelt1", rows)
