from django.urls import path

from conversations.console import actions, views

app_name = "console"
urlpatterns = [
    path("", views.front, name="front"),
    path("<slug:hotel>/", views.page, name="desk"),
    path("<slug:hotel>/queue/", views.queue_part, name="queue"),
    path("<slug:hotel>/mode/", actions.mode, name="mode"),
    path("<slug:hotel>/attend/", actions.attend, name="attend"),
    path("<slug:hotel>/colleagues/", views.colleagues, name="colleagues"),
    path("<slug:hotel>/c/<int:pk>/", views.page, name="talk"),
    path("<slug:hotel>/c/<int:pk>/open/", views.conversation_part, name="open"),
    path("<slug:hotel>/c/<int:pk>/thread/", views.thread_part, name="thread"),
    path("<slug:hotel>/c/<int:pk>/earlier/", views.earlier_part, name="earlier"),
    path("<slug:hotel>/c/<int:pk>/panel/", views.panel_part, name="panel"),
    path("<slug:hotel>/c/<int:pk>/canned/", views.canned_part, name="canned"),
    path("<slug:hotel>/c/<int:pk>/templates/", views.templates_part, name="templates"),
    path("<slug:hotel>/c/<int:pk>/seen/", views.seen, name="seen"),
    path("<slug:hotel>/c/<int:pk>/take/", actions.take, name="take"),
    path("<slug:hotel>/c/<int:pk>/give-back/", actions.give_back, name="give-back"),
    path("<slug:hotel>/c/<int:pk>/release/", actions.release, name="release"),
    path("<slug:hotel>/c/<int:pk>/close/", actions.close, name="close"),
    path("<slug:hotel>/c/<int:pk>/snooze/", actions.snooze, name="snooze"),
    path("<slug:hotel>/c/<int:pk>/send/", actions.send, name="send"),
    path("<slug:hotel>/c/<int:pk>/template/", actions.send_template, name="template"),
    path("<slug:hotel>/c/<int:pk>/withdraw/<int:row>/", actions.withdraw, name="withdraw"),
    path("<slug:hotel>/c/<int:pk>/resend/<int:letter>/", actions.resend, name="resend"),
]
