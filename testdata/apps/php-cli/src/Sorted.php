<?php

final class Sorted
{
    public static function names(): string
    {
        $names = ['Öberg', 'Zorn', 'Ahl'];
        (new Collator('sv_SE'))->sort($names);

        return implode(' ', $names);
    }
}
