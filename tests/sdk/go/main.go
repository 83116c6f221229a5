// Fails in the way its first argument says.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/getsentry/sentry-go"
	sentryhttp "github.com/getsentry/sentry-go/http"
)

func wrapped() {
	_, err := lineTotal("A-1002", 3)
	sentry.CaptureException(err)
}

func panics() {
	defer sentry.Recover()
	total, _ := lineTotal("A-9999", 1)
	fmt.Println(total)
}

func served() {
	place := func(w http.ResponseWriter, r *http.Request) {
		total, _ := lineTotal(r.URL.Query().Get("article"), 1)
		fmt.Fprintln(w, total)
	}
	server := httptest.NewServer(sentryhttp.New(sentryhttp.Options{}).HandleFunc(place))
	defer server.Close()
	address := server.URL + "/order?article=A-9999"
	answer, err := http.Post(address, "application/json", strings.NewReader("{}"))
	if err == nil {
		answer.Body.Close()
	}
}

func main() {
	options := sentry.ClientOptions{Release: "shop@1.4.2", AttachStacktrace: true}
	err := sentry.Init(options)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	defer sentry.Flush(10 * time.Second)
	switch os.Args[1] {
	case "wrapped":
		wrapped()
	case "panic":
		panics()
	case "http":
		served()
	case "message":
		sentry.CaptureMessage("the price list is older than a week")
	}
}
