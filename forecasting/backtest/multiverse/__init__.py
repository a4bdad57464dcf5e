"""How much rests on our own choices: codings, definitions and settings taken otherwise, all refitted and scored."""
