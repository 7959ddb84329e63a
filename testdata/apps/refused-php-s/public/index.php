<?php

echo PHP_SAPI, "\n";
