"""The phases of a study around the voting: consent, instructions, quiz, questionnaire and the last page."""
