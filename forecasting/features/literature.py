"""Works cited in the reasons of features, by author and year."""

from typing import Final

WORKS: Final = {
    "Abbott and Snidal 2000": "Hard and Soft Law in International Governance. International Organization 54(3)",
    "Axelrod and Keohane 1985": "Achieving Cooperation under Anarchy. World Politics 38(1)",
    "Bailey, Strezhnev and Voeten 2017": (
        "Estimating Dynamic State Preferences from United Nations Voting Data. Journal of Conflict Resolution 61(2)"
    ),
    "Coe and Vaynman 2020": "Why Arms Control Is So Rare. American Political Science Review 114(2)",
    "Crescenzi 2007": "Reputation and Interstate Conflict. American Journal of Political Science 51(2)",
    "Davis 2004": "International Institutions and Issue Linkage. American Political Science Review 98(1)",
    "Diehl and Goertz 2000": "War and Peace in International Rivalry. University of Michigan Press",
    "Downs and Rocke 1990": "Tacit Bargaining, Arms Races, and Arms Control. University of Michigan Press",
    "Downs, Rocke and Barsoom 1996": (
        "Is the Good News about Compliance Good News about Cooperation? International Organization 50(3)"
    ),
    "Elkins and Simmons 2005": "On Waves, Clusters, and Diffusion. Annals of the American Academy 598",
    "Fearon 1994": "Domestic Political Audiences and the Escalation of International Disputes. APSR 88(3)",
    "Fearon 1997": "Signaling Foreign Policy Interests. Journal of Conflict Resolution 41(1)",
    "Fearon 1998": "Bargaining, Enforcement, and International Cooperation. International Organization 52(2)",
    "Finnemore and Sikkink 1998": "International Norm Dynamics and Political Change. International Organization 52(4)",
    "Fortna 2003": "Scraps of Paper? Agreements and the Durability of Peace. International Organization 57(2)",
    "Gallagher 1999": "The Politics of Verification. Johns Hopkins University Press",
    "Goldstein 1992": "A Conflict-Cooperation Scale for WEIS Events Data. Journal of Conflict Resolution 36(2)",
    "Goldstein and Pevehouse 1997": "Reciprocity, Bullying, and International Cooperation. APSR 91(3)",
    "Haas 1980": "Why Collaborate? Issue-Linkage and International Regimes. World Politics 32(3)",
    "Ikenberry 2001": "After Victory. Princeton University Press",
    "Ikle 1964": "How Nations Negotiate. Harper and Row",
    "Jervis 1978": "Cooperation under the Security Dilemma. World Politics 30(2)",
    "Kahler 1992": "Multilateralism with Small and Large Numbers. International Organization 46(3)",
    "Koremenos 2005": "Contracting around International Uncertainty. American Political Science Review 99(4)",
    "Koremenos 2016": "The Continent of International Law. Cambridge University Press",
    "Kydd 2005": "Trust and Mistrust in International Relations. Princeton University Press",
    "Lantis 2009": "The Life and Death of International Treaties. Oxford University Press",
    "Lipson 1991": "Why Are Some International Agreements Informal? International Organization 45(4)",
    "Martin 2000": "Democratic Commitments. Princeton University Press",
    "Mattes, Leeds and Carroll 2015": "Leadership Turnover and Foreign Policy Change. ISQ 59(2)",
    "McGillivray and Smith 2000": (
        "Trust and Cooperation through Agent-specific Punishments. International Organization 54(4)"
    ),
    "Milner 1997": "Interests, Institutions, and Information. Princeton University Press",
    "Osgood 1962": "An Alternative to War or Surrender. University of Illinois Press",
    "Oye 1985": "Explaining Cooperation under Anarchy: Hypotheses and Strategies. World Politics 38(1)",
    "Putnam 1988": "Diplomacy and Domestic Politics: The Logic of Two-Level Games. International Organization 42(3)",
    "Raustiala 2005": "Form and Substance in International Agreements. American Journal of International Law 99(3)",
    "Schelling 1960": "The Strategy of Conflict. Harvard University Press",
    "Schelling and Halperin 1961": "Strategy and Arms Control. Twentieth Century Fund",
    "Tsebelis 2002": "Veto Players. Princeton University Press",
    "Vabulas and Snidal 2013": "Organization without Delegation. Review of International Organizations 8(2)",
}
