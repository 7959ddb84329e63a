<?php

namespace Http;

final class Server
{
    public function __construct(private int $port)
    {
    }

    public function answer(callable $with): void
    {
        $socket = stream_socket_server("tcp://0.0.0.0:{$this->port}");
        pcntl_async_signals(true);
        pcntl_signal(SIGTERM, fn () => exit(0));
        while (true) {
            $connection = @stream_socket_accept($socket, 3600);
            if (!$connection) {
                continue;
            }
            while (trim((string) fgets($connection)) !== '') {
            }
            $body = $with();
            fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: " . strlen($body) . "\r\nConnection: close\r\n\r\n" . $body);
            fclose($connection);
        }
    }
}
