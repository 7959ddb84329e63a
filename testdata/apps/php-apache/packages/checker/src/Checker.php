<?php

namespace Checker;

final class Checker
{
}
