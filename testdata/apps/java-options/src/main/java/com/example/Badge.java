package com.example;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class Badge {
    private static final Logger log = LoggerFactory.getLogger(Badge.class);

    public static void main(String[] args) throws Exception {
        long limit = Runtime.getRuntime().maxMemory() / (1 << 20);
        byte[] answer = ("badge " + System.getProperty("badge.text") + ", at most " + (limit <= 128) + "\n").getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(8090), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            try (var body = exchange.getResponseBody()) {
                body.write(answer);
            }
        });
        server.start();
        log.info("started");
    }
}
