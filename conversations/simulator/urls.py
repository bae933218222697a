from django.urls import path

from conversations.simulator import views

app_name = "simulator"
urlpatterns = [
    path("", views.phone, name="phone"),
    path("enter/<str:ticket>/", views.enter, name="enter"),
    path("<slug:hotel>/<slug:guest>/messages/", views.messages, name="messages"),
    path("<slug:hotel>/<slug:guest>/send/", views.send, name="send"),
]
