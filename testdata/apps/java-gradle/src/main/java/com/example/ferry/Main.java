package com.example.ferry;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] args) throws IOException {
        byte[] timetable;
        try (InputStream in = Main.class.getResourceAsStream("/timetable.txt")) {
            timetable = in.readAllBytes();
        }
        HttpServer server = HttpServer.create(new InetSocketAddress(8085), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, timetable.length);
            exchange.getResponseBody().write(timetable);
            exchange.close();
        });
        server.start();
    }
}
