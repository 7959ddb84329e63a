package com.example.orders;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.List;

public class Main {
    record Order(int number, String item) {}

    public static void main(String[] args) throws Exception {
        byte[] answer = new Gson().toJson(List.of(new Order(1, "rope"), new Order(2, "tar"))).getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, answer.length);
            try (var body = exchange.getResponseBody()) {
                body.write(answer);
            }
        });
        server.start();
    }
}
