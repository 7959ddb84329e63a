// Worker prints what the web server shows.
package main

import "fmt"

func main() { fmt.Println("worked") }
