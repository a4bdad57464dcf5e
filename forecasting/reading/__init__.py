"""Dated acts and steps of the ladders that a news text proposes, by rules in tables; nothing is written."""

from forecasting.reading.proposals import Proposal as Proposal
from forecasting.reading.proposals import rows_of as rows_of
from forecasting.reading.reader import Reading as Reading
from forecasting.reading.reader import propose as propose
from forecasting.reading.reader import read_file as read_file
from forecasting.reading.reader import read_news as read_news
from forecasting.reading.reader import read_text as read_text
from forecasting.reading.steps import Step as Step
