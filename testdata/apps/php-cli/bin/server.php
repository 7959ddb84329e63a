<?php

require __DIR__ . '/../vendor/autoload.php';

(new Http\Server(9501))->answer(fn () => 'queue: ' . Sorted::names() . "\n");
