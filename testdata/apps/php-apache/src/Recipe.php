<?php

namespace Recipes;

use Units\Weight;

final class Recipe
{
    public function flour(): string
    {
        return 'flour: ' . Weight::ounces(500);
    }
}
