<?php

namespace Units;

final class Weight
{
    public static function ounces(int $grams): string
    {
        return number_format($grams / 28.3495, 1) . ' oz';
    }
}
