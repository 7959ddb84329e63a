void rot(char *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = 'a' + (*text - 'a' + 13) % 26;
}
