int shadow(int hour)
{
    return hour > 12 ? hour - 12 : 12 - hour;
}
