// Sends the answer to the app at once (OAuth 2.0 Form Post Response Mode). Without scripts there is a button.
document.getElementById("form-post").submit();
