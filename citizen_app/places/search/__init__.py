"""Finding a place by what people type: names, parts of names, pinyin, initials, codes, with the slips of the ear and thumb. Pure."""
