<?php

require dirname(__DIR__) . '/vendor/autoload.php';

$database = new PDO('sqlite::memory:');
$two = $database->query('SELECT 1 + 1')->fetchColumn();

echo (new Recipes\Recipe())->flour(), ', ', $two, " eggs\n";
