package com.example.lighthouse;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@SpringBootApplication
public class LighthouseApplication {
    @Value("${lighthouse.period}")
    private String period;

    @GetMapping("/")
    String index() {
        return "flashes every " + period;
    }

    public static void main(String[] args) {
        SpringApplication.run(LighthouseApplication.class, args);
    }
}
