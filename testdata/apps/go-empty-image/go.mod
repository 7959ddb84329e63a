module example.com/buoy

go 1.24
